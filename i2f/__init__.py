"""instagram2flickr: the full-size originals in place of the small Instagram copies on Flickr."""

__version__ = "0.1.0"
