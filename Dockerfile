# iamctl in an image that contains nothing but the program and the certificates of public authorities.
#
#   docker build -t iamctl .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD":/work -v "$HOME/.aws":/home/iamctl/.aws:ro iamctl \
#     diff dev-profile dev qa-profile qa --output reports
#
# RELEASE.md says that it has not been built yet.
FROM rust:1-alpine AS build
# Alpine is a musl system: the program that is built on it is static. Part of it is C (ring, mimalloc).
RUN apk add --no-cache ca-certificates musl-dev
WORKDIR /iamctl
COPY . .
RUN cargo build --release --locked

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /iamctl/target/release/iamctl /usr/bin/iamctl
# Profiles are read from $HOME/.aws. There is no file with users here, so that nothing but HOME says where that is.
ENV HOME=/home/iamctl
WORKDIR /work
# Nobody in particular; `--user` makes the reports those of the caller.
USER 65532:65532
ENTRYPOINT ["/usr/bin/iamctl"]
