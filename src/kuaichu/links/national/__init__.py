"""The national platform 综合应用平台: the open protocol to a city's gateway in front of it, adapter and twin."""
