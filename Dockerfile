# The site's image: web server, workers and commands are one. compose.yaml says how they run.
FROM python:3.11-slim

RUN useradd --create-home --uid 1000 factcheck \
    && mkdir /var/lib/factcheck && chown factcheck /var/lib/factcheck
WORKDIR /srv/factcheck
COPY requirements.txt requirements-s3.txt requirements-accurate.txt ./
RUN pip install --no-cache-dir -r requirements-s3.txt
# What pip is to install besides: a spaCy pipeline, or "-r requirements-accurate.txt".
ARG EXTRA_PACKAGES=""
RUN if [ -n "$EXTRA_PACKAGES" ]; then pip install --no-cache-dir $EXTRA_PACKAGES; fi
COPY manage.py ./
COPY factcheck factcheck
COPY annotations annotations
COPY seeds seeds
# Once, instead of at every start of a process that may write nothing here.
RUN python -m compileall -q factcheck annotations
USER factcheck
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
EXPOSE 8000
