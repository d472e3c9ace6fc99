"""Indexes on servers that several hosts share: PostgreSQL with pgvector, and Milvus."""
