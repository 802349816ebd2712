# For those who prefer it to dotnet publish -t:PublishContainer; the image is the same but for the labels.
#   docker build -f infra/docker/Worker.Dockerfile -t scheduler/worker .
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
WORKDIR /src
COPY . .
RUN dotnet publish Scheduler.Worker -c Release -r linux-x64 --no-self-contained -p:UseAppHost=false -o /app

FROM mcr.microsoft.com/dotnet/runtime:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app .
USER 1654
# No file of the image is written to: run it with --read-only --tmpfs /tmp.
ENTRYPOINT ["dotnet", "/app/Scheduler.Worker.dll"]
