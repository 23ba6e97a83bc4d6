/** @type {import('next').NextConfig} */
const config = {
  // `.next/standalone` holds the server and just the packages that it needs: docker/frontend.Dockerfile runs it.
  output: 'standalone',
  // Without it Next takes the folder of a lock file further up for the root, and nests the server inside that path.
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  // No picture is resized by the server, so its library for that (19 MB of 40) stays out of the image.
  images: { unoptimized: true },
  outputFileTracingExcludes: { '*': ['node_modules/sharp/**', 'node_modules/@img/**'] },
  poweredByHeader: false,
};

export default config;
