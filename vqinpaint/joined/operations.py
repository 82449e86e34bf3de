"""The operations that a SavedModel of this project may hold.

All of them compute on tensors and on the model's own variables. None opens a file or a
connection, calls Python, keeps state outside the model or prints. What TensorFlow has
besides, and what it will have one day, is refused: a list of what is harmful would never
be complete.
"""

_VARIABLES = """
    AssignAddVariableOp AssignSubVariableOp AssignVariableOp DestroyResourceOp
    DisableCopyOnRead ReadVariableOp ResourceGather ResourceGatherNd VarHandleOp
    VarIsInitializedOp VariableShape
"""
_CONTROL = """
    Assert Case CheckNumerics Identity IdentityN If NoOp PartitionedCall Placeholder
    PlaceholderWithDefault PreventGradient Snapshot StatefulPartitionedCall StatelessCase
    StatelessIf StatelessWhile StopGradient While
    Enter Exit LoopCond Merge NextIteration RefEnter RefExit RefMerge RefSwitch Switch
    EmptyTensorList TensorListConcatV2 TensorListElementShape TensorListFromTensor
    TensorListGather TensorListGetItem TensorListLength TensorListPopBack
    TensorListPushBack TensorListReserve TensorListResize TensorListScatterV2
    TensorListSetItem TensorListSplit TensorListStack
"""
_SHAPES = """
    BatchToSpace BatchToSpaceND Bitcast BroadcastArgs BroadcastTo Cast ConcatV2 Const
    DepthToSpace Empty EnsureShape ExpandDims Fill GatherNd GatherV2 InvertPermutation
    LinSpace MatrixBandPart MatrixDiagPartV3 MatrixDiagV3 MirrorPad OneHot OnesLike Pack
    Pad PadV2 ParallelConcat Range Rank Reshape Reverse ReverseSequence ReverseV2 Roll
    ScatterNd Shape ShapeN Size Slice SpaceToBatch SpaceToBatchND SpaceToDepth Split SplitV
    Squeeze StridedSlice TensorScatterAdd TensorScatterMax TensorScatterMin
    TensorScatterSub TensorScatterUpdate TensorStridedSliceUpdate Tile Transpose UniqueV2
    Unpack Where ZerosLike
"""
_NUMBERS = """
    Abs Acos Acosh Add AddN AddV2 All Any ApproximateEqual ArgMax ArgMin Asin Asinh Atan
    Atan2 Atanh BatchMatMul BatchMatMulV2 BatchMatMulV3 Bincount BitwiseAnd BitwiseOr
    BitwiseXor Bucketize Ceil ClipByValue Cos Cosh Cross Cumprod Cumsum CumulativeLogsumexp
    DenseBincount Digamma Div DivNoNan Einsum Equal Erf Erfc Erfinv Exp Expm1 Floor
    FloorDiv FloorMod Greater GreaterEqual Histogram HistogramFixedWidth InTopKV2 Inv Invert
    IsFinite IsInf IsNan L2Loss LeftShift Less LessEqual Lgamma Log Log1p LogicalAnd
    LogicalNot LogicalOr MatMul Max Maximum Mean Min Minimum Mod Mul MulNoNan Ndtri Neg
    NextAfter NotEqual Pow Prod RealDiv Reciprocal RightShift Rint Round Rsqrt
    SegmentMaxV2 SegmentMean SegmentMinV2 SegmentSumV2 Select SelectV2 Sigmoid Sign Sin
    Sinh Sqrt Square SquaredDifference Sub Sum Tan Tanh TopKV2 TruncateDiv TruncateMod
    UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentSum Xdivy Xlog1py Xlogy
"""
_NETWORKS = """
    AvgPool BiasAdd BiasAddV1 Conv2D Conv2DBackpropInput DepthwiseConv2dNative Dequantize
    Dilation2D Elu FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars
    FakeQuantWithMinMaxVarsPerChannel FusedBatchNormV3 LRN LeakyRelu LogSoftmax MaxPool
    MaxPoolV2 QuantizeAndDequantizeV2 QuantizeAndDequantizeV4 QuantizeV2 Relu Relu6 Selu
    Softmax SoftmaxCrossEntropyWithLogits Softplus Softsign
    SparseSoftmaxCrossEntropyWithLogits
"""
_RANDOM = """
    StatelessMultinomial StatelessParameterizedTruncatedNormal StatelessRandomGetAlg
    StatelessRandomGetKeyCounter StatelessRandomGetKeyCounterAlg StatelessRandomNormal
    StatelessRandomNormalV2 StatelessRandomUniform StatelessRandomUniformFullInt
    StatelessRandomUniformFullIntV2 StatelessRandomUniformInt StatelessRandomUniformIntV2
    StatelessRandomUniformV2 StatelessTruncatedNormal StatelessTruncatedNormalV2
"""
_PICTURES = """
    AdjustContrastv2 AdjustHue AdjustSaturation CropAndResize DecodeAndCropJpeg DecodeBmp
    DecodeGif DecodeImage DecodeJpeg DecodePng EncodeJpeg EncodeJpegVariableQuality
    EncodePng ExtractImagePatches ExtractJpegShape HSVToRGB ImageProjectiveTransformV3
    RGBToHSV ResizeArea ResizeBicubic ResizeBilinear ResizeNearestNeighbor
    ScaleAndTranslate
"""
_TEXTS = """
    AsString DecodeBase64 DecodeRaw EncodeBase64 ReduceJoin RegexFullMatch RegexReplace
    StaticRegexFullMatch StaticRegexReplace StringFormat StringJoin StringLength
    StringLower StringSplitV2 StringStrip StringToNumber StringUpper Substr UnicodeDecode
    UnicodeEncode
"""
# Of elements that are in memory already, by functions that are looked at too.
_DATA_SETS = """
    ConcatenateDataset DatasetToSingleElement IgnoreErrorsDataset MapDataset OptionsDataset
    TakeDataset TensorDataset
"""

ALLOWED = frozenset(
    " ".join(
        (
            *(_VARIABLES, _CONTROL, _SHAPES, _NUMBERS),
            *(_NETWORKS, _RANDOM, _PICTURES, _TEXTS, _DATA_SETS),
        )
    ).split()
)

# What TensorFlow's own functions for saving and restoring hold besides. They stand in
# every SavedModel, and loading does not run them.
SAVING = frozenset({"MergeV2Checkpoints", "RestoreV2", "SaveV2", "ShardedFilename"})
