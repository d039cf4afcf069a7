"""Running an event, one folder for each capability: from who comes to what came of the meetings."""
