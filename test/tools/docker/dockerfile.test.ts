import { describe, expect, it } from 'vitest';
import { instructionsOf, lineOfStep } from '../../../src/tools/docker/dockerfile.ts';

const dockerfile = `# syntax=docker/dockerfile:1

ARG BASE=node:24
FROM $BASE AS deps
WORKDIR /app
ENV CI=1
COPY package.json \\
  # a comment inside
  package-lock.json ./
RUN npm ci && \\

    npm test

FROM deps
copy --from=deps /app /app
RUN <<EOF
FROM is no instruction here
