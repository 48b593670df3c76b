"""Several hosts on this one: namespaces of the kernel with names, addresses, filesystems and processes of their own."""
