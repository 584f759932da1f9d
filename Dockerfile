# Porchlight's images. `app`, the last one, is that of web, worker, beat and migrations, which
# differ in their command; `mail` is the catcher of a trial installation.

FROM python:3.11-slim AS base
ENV PYTHONUNBUFFERED=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
RUN groupadd --system --gid 10001 porchlight \
    && useradd --system --uid 10001 --gid porchlight --home-dir /app --shell /usr/sbin/nologin porchlight
WORKDIR /app


FROM base AS mail
COPY requirements-local.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements-local.lock \
    && install --directory --owner=porchlight --group=porchlight --mode=0700 /mail
COPY casework/__init__.py ./casework/
COPY casework/local ./casework/local
USER porchlight
CMD ["python", "-m", "casework.local.mailcatcher", "--host", "0.0.0.0", "--port", "2525", "--folder", "/mail"]


FROM base AS app
# The packages first: they change less often than the code, and this layer is kept.
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock

COPY manage.py ./
COPY casework ./casework
COPY risk ./risk
COPY templates ./templates
COPY static ./static
COPY docker/entrypoint docker/healthy.py ./docker/

# Gathering static files needs settings, and settings want to know where everything is. These
# values are for this one line; none of them is in the image's environment.
ENV STATIC_ROOT=/app/static-collected
RUN SECRET_KEY=only-while-gathering-static-files BASE_URL=https://build.invalid \
    DATABASE_URL=postgres://nobody@build.invalid/none REDIS_URL=redis://build.invalid/0 \
    EMAIL_URL=smtp://build.invalid:25 \
    python manage.py collectstatic --no-input --verbosity 0

# The code belongs to root and is only read: a hole in it cannot be used to change it.
USER porchlight
ENTRYPOINT ["/app/docker/entrypoint"]
CMD ["python", "-m", "gunicorn", "casework.config.wsgi:application", "--bind", "0.0.0.0:8000"]
