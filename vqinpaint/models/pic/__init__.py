"""The networks of Pluralistic Image Completion (Zheng, Cham and Cai, CVPR 2019)."""

from vqinpaint.models.pic.networks import Pic, Seen

__all__ = ["Pic", "Seen"]
