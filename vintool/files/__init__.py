"""Files in, files out: manifests read without losing a row, and the job that screens them."""
