# The build context is the front end's own folder: docker build -f docker/frontend.Dockerfile sample/frontend
# next.config must say `output: 'standalone'`.

FROM node:24-alpine AS packages
WORKDIR /app
# Only these two: the layer below is rebuilt when a package changes, not when a line of the source does.
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund

FROM node:24-alpine AS builder
WORKDIR /app
ARG NEXT_TELEMETRY_DISABLED=1
ENV NEXT_TELEMETRY_DISABLED=$NEXT_TELEMETRY_DISABLED
COPY --from=packages /app/node_modules ./node_modules
COPY . .
# `public` is optional in a Next.js application, but the COPY of the last stage needs it.
RUN mkdir -p public && npm run build

FROM node:24-alpine AS runner
WORKDIR /app
RUN addgroup -g 1001 nodejs && adduser -D -H -u 1001 -G nodejs nextjs
# The standalone server brings its own node_modules; the files that the browser fetches are not part of it. All of it
# belongs to root and is only read; what Next.js writes at run time goes to .next/cache.
COPY --from=builder /app/.next/standalone ./
COPY --from=builder /app/.next/static ./.next/static
COPY --from=builder /app/public ./public
RUN mkdir -p .next/cache && chown 1001:1001 .next/cache

# 0.0.0.0, because a container's loopback answers neither the kubelet nor a Service.
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 HOSTNAME=0.0.0.0 PORT=3000
EXPOSE 3000
# A number, because runAsNonRoot cannot tell whether a name is root.
USER 1001:1001
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s --retries=5 CMD ["wget", "-q", "--spider", "http://127.0.0.1:3000/"]
CMD ["node", "server.js"]
