"""What an Instagram address tells: caption links and shortcodes."""
