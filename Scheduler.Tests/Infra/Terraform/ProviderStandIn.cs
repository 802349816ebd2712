using System.Net;
using System.Text.Json;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Scheduler.Tests.Infra.Terraform.Wire;

namespace Scheduler.Tests.Infra.Terraform;

/// <summary>
/// Stands in for hashicorp/google on loopback: it has the provider's schema and does nothing. Enough for <c>terraform validate</c>, and for
/// <c>terraform test</c> with Terraform's own mocks, which take the schema from the provider.
/// </summary>
internal sealed class ProviderStandIn : IAsyncDisposable
{
    private readonly WebApplication app;

    private ProviderStandIn(WebApplication app) => this.app = app;

    /// <summary>For the variable TF_REATTACH_PROVIDERS: Terraform then starts and fetches no provider of this name.</summary>
    public string Reattach
    {
        get
        {
            var address = new Uri(app.Urls.Single());
            var way = new
            {
                Protocol = "grpc",
                ProtocolVersion = 5,
                Pid = Environment.ProcessId,
                // Somebody else's process, which Terraform does not end.
                Test = true,
                Addr = new { Network = "tcp", String = $"{address.Host}:{address.Port}" },
            };
            return JsonSerializer.Serialize(
                new Dictionary<string, object> { ["registry.terraform.io/hashicorp/google"] = way }
            );
        }
    }

    /// <param name="schema">Of the provider, and of every resource that is asked for.</param>
    public static async Task<ProviderStandIn> StartAsync(ProviderSchemaResponse schema)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(schema);
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2)
        );
        var app = builder.Build();
        app.MapGrpcService<Answers>();
        await app.StartAsync();
        return new ProviderStandIn(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private sealed class Answers(ProviderSchemaResponse schema) : Provider.ProviderBase
    {
        public override Task<ProviderSchemaResponse> GetSchema(NoRequest request, ServerCallContext context) =>
            Task.FromResult(schema);

        public override Task<ProviderConfigResponse> PrepareProviderConfig(
            ProviderConfigRequest request,
            ServerCallContext context
        ) => Task.FromResult(new ProviderConfigResponse { PreparedConfig = request.Config });

        public override Task<ValidationResponse> ValidateResourceTypeConfig(
            TypedConfigRequest request,
            ServerCallContext context
        ) => Task.FromResult(new ValidationResponse());

        public override Task<ValidationResponse> ValidateDataSourceConfig(
            TypedConfigRequest request,
            ServerCallContext context
        ) => Task.FromResult(new ValidationResponse());

        public override Task<StopResponse> Stop(NoRequest request, ServerCallContext context) =>
            Task.FromResult(new StopResponse());
    }
}
