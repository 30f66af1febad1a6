# The image of newstance: one static binary and the list of what is in it, on nothing.
#
#   docker build -t newstance:0.1.0 .
#
# The stage `build` may be replaced by a folder of this machine, so that the image has one
# definition wherever the binary comes from. deploy/container/build does so, without a daemon:
#
#   docker buildx build --build-context build=target/container -t newstance:0.1.0 .

FROM docker.io/library/rust:1.95-slim-bookworm AS build
RUN cargo install --locked cargo-cyclonedx@0.5.9
WORKDIR /src
COPY . .
# Seconds since 1970 that the SBOM is dated with; the same for the same source.
ARG SOURCE_DATE_EPOCH=0
RUN deploy/container/compile /out

FROM scratch
ARG VERSION=0.1.0
# The commit, and the address of the repository.
ARG REVISION=""
ARG SOURCE=""
LABEL org.opencontainers.image.title="newstance" \
      org.opencontainers.image.description="Labels news articles over gRPC: topic, frames, genre and stance" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.source="$SOURCE"
COPY --from=build /out/newstance /out/newstance.cdx.json /

# A number, since there is no /etc/passwd and Kubernetes must see that it is not root.
USER 65532:65532
# Plaintext is allowed because TLS ends before the container: in a mesh, a proxy or an ingress.
# Where it ends here, set NEWSTANCE_PLAINTEXT=false, NEWSTANCE_TLS_CERT and NEWSTANCE_TLS_KEY.
ENV NEWSTANCE_LISTEN=0.0.0.0:50051 \
    NEWSTANCE_PLAINTEXT=true \
    NEWSTANCE_METRICS_LISTEN=0.0.0.0:9464 \
    NEWSTANCE_LOG=json
EXPOSE 50051 9464
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["/newstance", "health"]
ENTRYPOINT ["/newstance"]
CMD ["serve"]
