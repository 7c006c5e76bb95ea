# The product: every role of `twin serve`, and the helpers of steps (`twin step inputs`, `twin step outputs`).
#
#   docker build -t twinrunner .      where image registries answer
#   make image                        also without any, on a base made from Debian's packages
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0
ARG RUNTIME=mcr.microsoft.com/dotnet/aspnet:10.0

FROM ${SDK} AS build
# yes: dist/ was published before (make dist), and is taken as it is.
ARG PREBUILT=no
WORKDIR /source
COPY . .
RUN [ "$PREBUILT" = yes ] || dotnet publish src/Cli -c Release -p:Dist=true -o dist -v q -nologo

FROM ${RUNTIME}
# git and ssh for the repositories of components, the C driver of MongoDB. The base of `make image` has them.
RUN command -v git >/dev/null || { apt-get update && \
      apt-get install -y --no-install-recommends git openssh-client ca-certificates $(apt-cache pkgnames libmongoc-1.0-0) && \
      rm -rf /var/lib/apt/lists/*; }
RUN echo 'twinrunner:x:10001:10001::/data:/usr/sbin/nologin' >>/etc/passwd && echo 'twinrunner:x:10001:' >>/etc/group && \
    mkdir /data && chown 10001:10001 /data && ln -s /opt/twinrunner/twin /usr/local/bin/twin
COPY --from=build /source/dist /opt/twinrunner

# Two arenas: malloc's eight a processor each keep what threads gave back.
ENV TWIN_DATA=/data HOME=/data DOTNET_EnableDiagnostics=0 DOTNET_ROOT=/usr/share/dotnet MALLOC_ARENA_MAX=2
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 7466
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["bash", "-c", \
  "exec 3<>/dev/tcp/127.0.0.1/7466 && printf 'GET /healthz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200'"]
ENTRYPOINT ["twin"]
CMD ["serve"]
