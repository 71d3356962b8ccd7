"""Images: listed, decoded once into a cache, compared, checked and split."""

from luthier.data.images.cache import CachedPixels as CachedPixels
from luthier.data.images.cache import cache_folder as cache_folder
from luthier.data.images.cache import open_cache as open_cache
from luthier.data.images.checks import IMAGE_CHECKS as IMAGE_CHECKS
from luthier.data.images.checks import run_image_checks as run_image_checks
from luthier.data.images.decode import decode as decode
from luthier.data.images.fingerprints import Fingerprints as Fingerprints
from luthier.data.images.fingerprints import take_fingerprints as take_fingerprints
from luthier.data.images.image_set import ImageSet as ImageSet
from luthier.data.images.image_set import SizeChoice as SizeChoice
from luthier.data.images.image_set import build_image_set as build_image_set
from luthier.data.images.listing import Listing as Listing
from luthier.data.images.listing import holds_images as holds_images
from luthier.data.images.listing import read_listing as read_listing
from luthier.data.images.mirroring import mirrors_keep_class as mirrors_keep_class
from luthier.data.images.near_duplicates import near_duplicate_clusters as near_duplicate_clusters
from luthier.data.images.probe import MOST_PIXELS as MOST_PIXELS
from luthier.data.images.probe import ImageUnreadable as ImageUnreadable
from luthier.data.images.probe import Probe as Probe
from luthier.data.images.probe import probe_image as probe_image
from luthier.data.images.references import IMAGE_ENDINGS as IMAGE_ENDINGS
from luthier.data.images.references import ImageBytes as ImageBytes
from luthier.data.images.references import ImageFile as ImageFile
from luthier.data.images.references import ImageRow as ImageRow
from luthier.data.images.references import Reference as Reference
from luthier.data.images.references import has_image_ending as has_image_ending
from luthier.data.images.references import reference_to as reference_to
from luthier.data.images.resizing import Resize as Resize
from luthier.data.images.resizing import Resizer as Resizer
from luthier.data.images.resizing import pillow_resizer as pillow_resizer
from luthier.data.images.size import choose_size as choose_size
from luthier.data.images.splits import split_images as split_images
from luthier.data.images.squares import squares as squares
from luthier.data.images.tables import image_column as image_column

__all__ = [
    "IMAGE_CHECKS",
    "IMAGE_ENDINGS",
    "MOST_PIXELS",
    "CachedPixels",
    "Fingerprints",
    "ImageBytes",
    "ImageFile",
    "ImageRow",
    "ImageSet",
    "ImageUnreadable",
    "Listing",
    "Probe",
    "Reference",
    "Resize",
    "Resizer",
    "SizeChoice",
    "build_image_set",
    "cache_folder",
    "choose_size",
    "decode",
    "take_fingerprints",
    "has_image_ending",
    "holds_images",
    "image_column",
    "mirrors_keep_class",
    "near_duplicate_clusters",
    "open_cache",
    "pillow_resizer",
    "probe_image",
    "read_listing",
    "reference_to",
    "run_image_checks",
    "split_images",
    "squares",
]
