-- Which of the provider's public host names an account is told; null means all of them.
ALTER TABLE account ADD COLUMN region TEXT;
