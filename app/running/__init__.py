"""Running it on one machine: secrets, the Redis server, the Procfile runner, the doctor."""
