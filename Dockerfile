# Two stages: the first installs the locked packages, the second carries no compiler or cache.
FROM python:3.12-slim-bookworm AS packages
WORKDIR /srv/mlsd
COPY requirements/base.txt requirements/base.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements/base.txt

FROM python:3.12-slim-bookworm
RUN groupadd --system --gid 10001 mlsd \
    && useradd --system --uid 10001 --gid mlsd --home-dir /srv/mlsd --shell /usr/sbin/nologin mlsd \
    && install -d -o mlsd -g mlsd /var/lib/mlsd
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/mlsd
COPY manage.py ./
COPY mlsd_app mlsd_app
COPY interviews interviews
COPY rubrics rubrics
COPY templates templates
COPY static static
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=mlsd_app.settings \
    MLSD_VAR=/var/lib/mlsd
# The static files are the image's own; the settings ask for these values but use none of them.
RUN DATABASE_URL=postgres://none SECRET_KEY=none python manage.py collectstatic --no-input -v 0 \
    && chown -R mlsd:mlsd /var/lib/mlsd
USER mlsd
EXPOSE 8000
CMD ["granian", "mlsd_app.wsgi:application", "--interface", "wsgi", "--host", "0.0.0.0", \
     "--port", "8000", "--workers", "2", "--blocking-threads", "8", "--no-ws"]
