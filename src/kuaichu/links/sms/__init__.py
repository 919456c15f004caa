"""Text messages. A message is `{"phone": ..., "text": ..., "stream": ...}`; a reply `{"state": "sent", ...}`."""
