"""The measurements the README quotes, each one command on photographs of one's own."""
