"""Reconcile conflicting published figures on human trafficking."""
