# The service without PyTorch, with Parquet, object storage and Milvus: `docker compose up` builds and runs it; see docker-compose.yml.
# Another day's image: docker buildx imagetools inspect python:3.11-slim-bookworm
FROM python:3.11-slim-bookworm@sha256:fe556eaffd0d96abd8685b83bb8a69addd0dc730fa193669a7df0d49ddcfac02 AS python

FROM python AS build
WORKDIR /build
RUN python -m venv /opt/sleeve
ENV PATH=/opt/sleeve/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements-image.txt ./
# Dependencies come first, so that a change of Sleeve's own code does not install them again.
RUN pip install --require-hashes -r requirements-image.txt
COPY pyproject.toml README.md LICENSE ./
COPY db ./db
COPY indexer ./indexer
COPY migrations ./migrations
COPY service ./service
COPY sleeve ./sleeve
RUN pip install --no-deps --no-build-isolation .

FROM python
RUN useradd --system --uid 10001 --home-dir /var/lib/sleeve --create-home sleeve
COPY --from=build /opt/sleeve /opt/sleeve
ENV PATH=/opt/sleeve/bin:$PATH PYTHONUNBUFFERED=1 SLEEVE_HOME=/var/lib/sleeve SLEEVE_LOG_FORMAT=json
USER 10001
WORKDIR /var/lib/sleeve
VOLUME /var/lib/sleeve
EXPOSE 8000
# Alive, not ready: before the first `sleeve index` the service is healthy but cannot answer queries.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["sleeve"]
CMD ["serve", "--host", "0.0.0.0"]
