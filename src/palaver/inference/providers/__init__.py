"""One file a vendor's wire format; they implement `inference.port.Provider` and know nothing of retries or runs."""
