"""TFRecords on disk and the tf.data input made from them."""
