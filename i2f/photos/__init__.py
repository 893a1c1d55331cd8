"""The folder of originals: found, opened, decoded, described and made ready to be sent."""
