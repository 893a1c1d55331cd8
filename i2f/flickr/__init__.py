"""Everything about Flickr's service but the door: session, listing, responses, failures and retries."""
