# syntax=docker/dockerfile:1
# Two images of one code base: `web` (also worker, beat, flower, migrate) has no torch and
# stays small; `worker` is the encoder's, with torch, for CPU and NVIDIA GPU alike.

FROM python:3.12-slim-bookworm AS base
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MEDIA_ROOT=/var/lib/atelier/media \
    HF_HOME=/var/lib/atelier/models \
    BEAT_SCHEDULE_FILE=/var/lib/atelier/beat/schedule
# Fixed numbers, so that volumes keep their owner; the folders are there so that volumes
# mounted over them are made with it.
RUN groupadd --gid 10001 atelier \
    && useradd --uid 10001 --gid atelier --home-dir /var/lib/atelier --no-create-home \
       --shell /usr/sbin/nologin atelier \
    && install --directory --owner atelier --group atelier --mode 0750 \
       /var/lib/atelier /var/lib/atelier/media /var/lib/atelier/models /var/lib/atelier/beat \
       /var/lib/atelier/feeds
WORKDIR /srv/atelier

FROM base AS web-packages
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=bind,source=requirements/web.txt,target=web.txt \
    python -m venv /opt/venv \
    && pip install --disable-pip-version-check --requirement web.txt

FROM web-packages AS worker-packages
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=bind,source=requirements/worker.txt,target=worker.txt \
    pip install --disable-pip-version-check --requirement worker.txt

FROM base AS worker
COPY --from=worker-packages /opt/venv /opt/venv
COPY . .
RUN python -m compileall -q . && chmod -R a+rX .
USER 10001:10001
HEALTHCHECK --interval=60s --timeout=30s --start-period=120s --retries=3 \
    CMD ["sh", "-c", "celery -A core inspect ping --timeout 10 --destination celery@$HOSTNAME"]
CMD ["celery", "-A", "core", "worker", "--pool", "threads", "--concurrency", "16", \
     "--queues", "gpu,gpu.interactive"]

FROM base AS web
# Requests share the processors: threads of linear algebra that wait for each other slow all down.
ENV OPENBLAS_NUM_THREADS=1
COPY --from=web-packages /opt/venv /opt/venv
COPY . .
# The key signs and opens nothing: it is forgotten when this line ends.
RUN KEY="$(python -c 'import secrets; print(secrets.token_hex(32))')" \
    && ATELIER_ENV=production ALLOWED_HOSTS=localhost SECRET_KEY="$KEY" PGPASSWORD="$KEY" \
    DATABASE_URL=postgres://none@none/none EMAIL_URL=smtp://none \
    python manage.py collectstatic --noinput \
    && python -m compileall -q . \
    && chmod -R a+rX .
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "deploy/check_web.py"]
CMD ["python", "-m", "core.web", "--host", "0.0.0.0", "--port", "8000"]
