# Tocsin with its seeds, for `docker build .` and docker-compose.yml. CI has no Docker engine: it checks what is copied
# here and installs nothing, so what stands here is what `make setup` does, in two stages.
FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements-dev.lock ./
RUN pip install --no-cache-dir --only-binary=:all: --require-hashes -r requirements-dev.lock
COPY pyproject.toml README.md LICENSE ./
COPY schemas schemas
COPY streams streams
COPY seeds seeds
RUN pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheel .

FROM python:3.13-slim
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
COPY requirements.lock /tmp/
RUN pip install --no-cache-dir --only-binary=:all: --require-hashes -r /tmp/requirements.lock
COPY --from=build /wheel /tmp/wheel
RUN pip install --no-cache-dir --no-deps --no-index /tmp/wheel/*.whl && rm -r /tmp/wheel /tmp/requirements.lock \
    && useradd --create-home --uid 10001 tocsin
USER tocsin
WORKDIR /home/tocsin
ENTRYPOINT ["tocsin"]
