using Refit;

namespace Scheduler.Core.Contracts;

/// <summary>Where the workers agree on how fast one customer's pipelines call one provider.</summary>
public interface IPaceApi
{
    /// <summary>Takes turns for calls, and passes on the pause that a provider asked for.</summary>
    [Post("/api/v1/scheduler/process-queue/pace")]
    Task<ApiResponse<PaceResponse>> PaceAsync([Body] PaceRequest request, CancellationToken cancellationToken);
}
