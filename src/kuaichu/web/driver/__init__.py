"""The driver's pages: one question a screen, on the phone, at the roadside."""
