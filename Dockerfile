# syntax=docker/dockerfile:1

FROM node:24-slim AS page
WORKDIR /page
COPY dashboard/package.json dashboard/package-lock.json dashboard/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY dashboard/ ./
RUN npm run build

FROM python:3.12-slim AS packages
COPY requirements/runtime.txt /tmp/runtime.txt
RUN python -m venv /opt/cityhub \
    && /opt/cityhub/bin/pip install --no-cache-dir --require-hashes --only-binary :all: \
        -r /tmp/runtime.txt
WORKDIR /srv/cityhub
COPY pyproject.toml ./
COPY hub/ hub/
COPY sensors/ sensors/
COPY scenarios/ scenarios/
# Editable, as on a laptop: the page and the scenarios lie beside the code.
RUN /opt/cityhub/bin/pip install --no-cache-dir --no-index --no-deps --no-build-isolation -e .

FROM python:3.12-slim
ENV PATH=/opt/cityhub/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --user-group --home-dir /srv/cityhub --no-create-home cityhub
WORKDIR /srv/cityhub
COPY --from=packages /opt/cityhub /opt/cityhub
COPY --from=packages /srv/cityhub ./
COPY deploy/healthcheck.py deploy/
COPY --from=page /page/dist dashboard/dist
# A new volume takes the owner of the folder that it is mounted on.
RUN install -d -o 10001 -g 10001 /srv/archive
USER 10001:10001
ENTRYPOINT ["cityhub"]
CMD ["--help"]
