"""A pretend Flickr on the loopback."""
