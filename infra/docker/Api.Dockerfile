# For those who prefer it to dotnet publish -t:PublishContainer; the image is the same but for the labels.
#   docker build -f infra/docker/Api.Dockerfile -t scheduler/api .
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
WORKDIR /src
COPY . .
RUN dotnet publish Scheduler.Api -c Release -r linux-x64 --no-self-contained -p:UseAppHost=false -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app .
USER 1654
EXPOSE 8080
# No file of the image is written to: run it with --read-only --tmpfs /tmp.
ENTRYPOINT ["dotnet", "/app/Scheduler.Api.dll"]
