# The build context is the backend's own folder: docker build -f docker/backend.Dockerfile sample/backend

FROM python:3.13-slim AS packages
# Debian packages that requirements without a ready-made wheel need to be compiled, for example "gcc libpq-dev". They stay
# in this stage. The sample needs none.
ARG BUILD_PACKAGES=""
RUN if [ -n "$BUILD_PACKAGES" ]; then apt-get update && apt-get install -y --no-install-recommends $BUILD_PACKAGES; fi
# Only this file: the layer below is rebuilt when a package changes, not when a line of the source does.
COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore --prefix=/install -r requirements.txt

FROM python:3.13-slim AS runner
WORKDIR /app
RUN groupadd --gid 1001 appuser \
    && useradd --uid 1001 --gid 1001 --no-create-home --home-dir /app --shell /usr/sbin/nologin appuser
COPY --from=packages /install /usr/local
COPY . .
# Compiled here, since the container neither owns these files nor, in the chart, may write anywhere but /tmp.
RUN python -m compileall -q .

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
EXPOSE 8000
# A number, because runAsNonRoot cannot tell whether a name is root.
USER 1001:1001
# python:slim has neither curl nor wget.
HEALTHCHECK --interval=5s --timeout=5s --start-period=10s --retries=10 CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
# 0.0.0.0, because a container's loopback, uvicorn's default, answers neither the kubelet nor a Service.
CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000", "--timeout-graceful-shutdown", "10"]
