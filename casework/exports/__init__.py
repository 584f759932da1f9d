"""Files that leave Porchlight: what stands in them, and how each kind of file is written."""
