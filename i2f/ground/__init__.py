"""What everything else stands on: the words as types, settings, errors, processes and threads."""
