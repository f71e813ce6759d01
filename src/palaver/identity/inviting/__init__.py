"""Invitations to the house: who may make an account, and as what."""
