# One image for every process of Ebb; docker-compose.yml says which one a container is.
FROM python:3.11.14-slim-bookworm

ENV OPENBLAS_NUM_THREADS=1 \
    PYTHONUNBUFFERED=1

RUN groupadd --gid 10001 ebb \
    && useradd --uid 10001 --gid ebb --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin ebb \
    && install --directory --mode 700 --owner ebb --group ebb /var/lib/ebb

WORKDIR /srv/ebb
COPY requirements.txt ./
RUN python -m pip install --no-cache-dir --no-input --compile --no-deps --require-hashes --requirement requirements.txt

COPY . .
RUN python -m compileall -q backend

USER 10001:10001
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "backend.config.wsgi:application", "--bind", "0.0.0.0:8000", "--preload", \
     "--worker-class", "gthread", "--workers", "2", "--threads", "4", \
     "--graceful-timeout", "10", "--no-control-socket", "--log-level", "warning"]
