"""Reference data made anew: a release of NHTSA's vPIC -> the compact form that ``vintool.vpic`` reads."""
