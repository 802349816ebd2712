using System.Net;
using System.Net.Http.Json;
using Scheduler.Core.Contracts;

namespace Scheduler.Tests.EndToEnd.Harness;

/// <summary>The API over HTTP, as an operator calls it.</summary>
internal sealed class SchedulerClient : IDisposable
{
    private const string Base = "/api/v1/scheduler";
    private readonly HttpClient http;

    public SchedulerClient(Uri address, string adminKey)
    {
        http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(20) };
        http.DefaultRequestHeaders.Add("X-Admin-Key", adminKey);
    }

    public async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await http.GetAsync("/health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public Task<OnboardResponse> OnboardAsync(OnboardRequest request) =>
        PostAsync<OnboardResponse>("/api/v1/customers/onboard", request);

    public Task<CredentialResponse> AddCredentialAsync(string customerId, CreateCredentialRequest request) =>
        PostAsync<CredentialResponse>($"/api/v1/customers/{customerId}/credentials", request);

    public Task<CredentialResponse> CredentialAsync(string customerId, string credentialId) =>
        GetAsync<CredentialResponse>($"/api/v1/customers/{customerId}/credentials/{credentialId}");

    public Task<PipelineConfigResponse> ConfigureAsync(string customerId, ConfigurePipelineRequest request) =>
        PostAsync<PipelineConfigResponse>($"{Base}/customer/{customerId}/pipelines", request);

    public Task<List<PipelineConfigResponse>> PipelinesAsync(string customerId) =>
        GetAsync<List<PipelineConfigResponse>>($"{Base}/customer/{customerId}/pipelines");

    public async Task DeleteAsync(string customerId, string configId) =>
        await CheckAsync(await http.DeleteAsync($"{Base}/customer/{customerId}/pipelines/{configId}"));

    /// <summary>Queues a run beside the schedule.</summary>
    public Task<RunResponse> RunNowAsync(string customerId, string configId) =>
        PostAsync<RunResponse>($"{Base}/customer/{customerId}/pipelines/{configId}/run-now", new object());

    public Task<TriggerResponse> TriggerAsync(int batchSize = 1000) =>
        PostAsync<TriggerResponse>($"{Base}/trigger", new TriggerRequest { BatchSize = batchSize });

    public Task<List<RunResponse>> RunsAsync(string customerId, string? configId = null) =>
        GetAsync<List<RunResponse>>(
            $"{Base}/customer/{customerId}/runs{(configId is null ? "" : $"?config_id={configId}")}"
        );

    public Task<RunDetailResponse> RunAsync(string customerId, string runId) =>
        GetAsync<RunDetailResponse>($"{Base}/customer/{customerId}/runs/{runId}");

    public Task<StatusResponse> StatusAsync() => GetAsync<StatusResponse>($"{Base}/status");

    /// <summary>Leases one item, waiting for it if need be; null when none came.</summary>
    public async Task<LeaseItem?> LeaseAsync(string workerId, int waitSeconds)
    {
        var request = new ProcessQueueRequest
        {
            WorkerId = workerId,
            Execution = ExecutionMode.Lease,
            WaitSeconds = waitSeconds,
        };
        using var answer = await http.PostAsync(
            $"{Base}/process-queue",
            JsonContent.Create(request, options: WireJson.Options)
        );
        return answer.StatusCode == HttpStatusCode.NotFound
            ? null
            : (await ReadAsync<LeaseResponse>(answer)).Items.Single();
    }

    public async Task<ResultReceipt> ReportAsync(string workerId, RunResult result)
    {
        var request = new ResultsRequest { WorkerId = workerId, Results = [result] };
        return (await PostAsync<ResultsResponse>($"{Base}/process-queue/results", request)).Results.Single();
    }

    public void Dispose() => http.Dispose();

    private async Task<T> GetAsync<T>(string path) => await ReadAsync<T>(await http.GetAsync(path));

    private async Task<T> PostAsync<T>(string path, object body) =>
        await ReadAsync<T>(await http.PostAsync(path, JsonContent.Create(body, options: WireJson.Options)));

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer)
    {
        await CheckAsync(answer);
        using (answer)
        {
            return (await answer.Content.ReadFromJsonAsync<T>(WireJson.Options))!;
        }
    }

    private static async Task CheckAsync(HttpResponseMessage answer)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(
                $"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri!.PathAndQuery} answered "
                    + $"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}"
            );
        }
    }
}
