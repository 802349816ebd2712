using System.Net.Http.Json;
using System.Text.Json;
using Scheduler.Api.Commands.Cli;
using Scheduler.Core.Contracts;

namespace Scheduler.Tests.Api.Cli;

/// <summary>Runs commands against the API in this process, and keeps what they say.</summary>
internal sealed class CliBench : IDisposable
{
    public const string Customer = "acme";
    private readonly Dictionary<string, string> variables = new()
    {
        ["SCHEDULER_API_URL"] = "http://localhost/",
        ["ADMIN_KEY"] = ApiHost.AdminKey,
    };

    public ApiHost Host { get; } = ApiHost.Production();

    public string Output { get; private set; } = "";

    public string Error { get; private set; } = "";

    public Stream Input { get; set; } = Stream.Null;

    /// <summary>Another program than the API, for answers that it does not give.</summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>Sets a variable of the environment, or takes it away.</summary>
    public void Set(string variable, string? value)
    {
        variables.Remove(variable);
        if (value is not null)
        {
            variables[variable] = value;
        }
    }

    /// <returns>The exit code.</returns>
    public Task<int> RunAsync(params string[] args) => RunAsync(default, args);

    public async Task<int> RunAsync(CancellationToken cancellationToken, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await SchedulerCli.RunAsync(
            args,
            new CliSurroundings
            {
                Output = output,
                Error = error,
                Variable = variables.GetValueOrDefault,
                Input = () => Input,
                Handler = Handler ?? Host.Server.CreateHandler(),
            },
            cancellationToken
        );
        (Output, Error) = ($"{output}".ReplaceLineEndings("\n"), $"{error}".ReplaceLineEndings("\n"));
        return exitCode;
    }

    public JsonElement Json => JsonElement.Parse(Output);

    public async Task OnboardAsync() =>
        await PostAsync(
            "/api/v1/customers/onboard",
            new OnboardRequest
            {
                CustomerId = Customer,
                CompanyName = "Acme Ltd",
                AdminEmail = "owner@acme.example",
                SubscriptionPlan = SubscriptionPlan.Enterprise,
            }
        );

    /// <returns>The config_id.</returns>
    public async Task<string> ConfigureAsync(string name) => (
            await PostAsync(
                $"/api/v1/scheduler/customer/{Customer}/pipelines",
                new ConfigurePipelineRequest
                {
                    Provider = "SYSTEM",
                    Domain = "TEST",
                    PipelineTemplate = "probe",
                    PipelineName = name,
                    ScheduleCron = "0 4 1 1 *",
                }
            )
        ).GetProperty("config_id").GetString()!;

    public void Dispose() => Host.Dispose();

    private async Task<JsonElement> PostAsync(string path, object body)
    {
        using var answer = await Host.SendAsync(
            "POST",
            path,
            ApiHost.Admin(),
            JsonContent.Create(body, options: WireJson.Options)
        );
        answer.EnsureSuccessStatusCode();
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync());
    }
}
