# The site's image: web server, workers and commands are one. compose.yaml says how they run.
FROM python:3.11-slim

RUN useradd --create-home --uid 1000 factcheck \
    && mkdir /var/lib/factcheck && chown factcheck /var/lib/factcheck
WORKDIR /srv/factcheck
COPY requirements.txt requirements-s3.txt ./
RUN pip install --no-cache-dir -r requirements-s3.txt
COPY manage.py ./
COPY factcheck factcheck
COPY annotations annotations
COPY seeds seeds
USER factcheck
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
EXPOSE 8000
