# Builds the jar, trains it, and puts both onto a JRE. docs/deploy.md says how to build and run it, and
# how to do so where no registry can be reached. Plain instructions only: any builder takes them.
ARG BUILD_IMAGE=maven:3-eclipse-temurin-17
ARG RUN_IMAGE=eclipse-temurin:25-jre

FROM ${BUILD_IMAGE} AS build
# A jar of the build context that is taken as it is; without it Maven builds one.
ARG JAR=
WORKDIR /build
COPY . .
RUN if [ -n "$JAR" ]; then cp -p "$JAR" /fairlead.jar; \
    else mvn -B -q -Dmaven.test.skip=true package && cp -p target/fairlead.jar /fairlead.jar; fi
# For signatures of RSA. It would unpack itself at each start, for which the file system may be read-only.
RUN mkdir /native && cd /native && jar xf /fairlead.jar com/amazon/corretto/crypto/provider/libamazonCorrettoCryptoProvider.so \
    && mv com/amazon/corretto/crypto/provider/*.so . && rm -r com

FROM ${RUN_IMAGE} AS train
COPY bin/container bin/healthcheck bin/train /opt/fairlead/bin/
COPY --from=build /fairlead.jar /opt/fairlead/lib/fairlead.jar
RUN /opt/fairlead/bin/train && rm /opt/fairlead/bin/train

FROM ${RUN_IMAGE}
LABEL org.opencontainers.image.title="Fairlead" \
      org.opencontainers.image.description="A layer-4 proxy whose instances act as one" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=train /opt/fairlead /opt/fairlead
COPY --from=build /native/ /opt/fairlead/native/
COPY conf/container.yaml /etc/fairlead/fairlead.yaml
COPY LICENSE /opt/fairlead/LICENSE
RUN ln -s /opt/fairlead/bin/container /usr/local/bin/fairlead
# Any other works too. By number, so that Kubernetes can see that it is not root.
USER 10001:10001
WORKDIR /etc/fairlead
EXPOSE 8080 8081 5701
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
  CMD ["/opt/fairlead/bin/healthcheck"]
ENTRYPOINT ["/opt/fairlead/bin/container"]
CMD ["run", "-c", "/etc/fairlead/fairlead.yaml"]
