"""What people have registered: rows, encrypted files, and faces that are prepared."""
