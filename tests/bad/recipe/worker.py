"""A worker."""
import json
