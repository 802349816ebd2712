using Refit;

namespace Scheduler.Core.Contracts;

/// <summary>
/// What a customer's own software, such as the backend of a customer UI, may call with a key of that customer in the header
/// <c>X-API-Key</c>. Serialize with <see cref="WireJson.Options"/>. A list's next page is in the answer's header <c>Link</c>; pass its
/// <c>cursor</c>. Times in a query are RFC 3339. A refusal's body is a <see cref="ProblemResponse"/>.
/// </summary>
public interface ICustomerApi
{
    /// <summary>Takes a customer on and answers its first key, this one time.</summary>
    [Post("/api/v1/customers/onboard")]
    Task<ApiResponse<OnboardResponse>> OnboardCustomerAsync(
        [Body] OnboardRequest request,
        CancellationToken cancellationToken
    );

    /// <summary>The customer's profile.</summary>
    [Get("/api/v1/customers/{customerId}")]
    Task<ApiResponse<CustomerResponse>> GetCustomerAsync(string customerId, CancellationToken cancellationToken);

    /// <summary>Changes the profile; the status takes the admin key.</summary>
    [Put("/api/v1/customers/{customerId}")]
    Task<ApiResponse<CustomerResponse>> UpdateCustomerAsync(
        string customerId,
        [Body] UpdateCustomerRequest request,
        CancellationToken cancellationToken
    );

    /// <summary>The current subscription, its limits, and those before it.</summary>
    [Get("/api/v1/customers/{customerId}/subscription")]
    Task<ApiResponse<SubscriptionResponse>> GetSubscriptionAsync(
        string customerId,
        CancellationToken cancellationToken
    );

    /// <summary>Changes the plan; limits, dates and status take the admin key.</summary>
    [Put("/api/v1/customers/{customerId}/subscription")]
    Task<ApiResponse<SubscriptionResponse>> ChangeSubscriptionAsync(
        string customerId,
        [Body] UpdateSubscriptionRequest request,
        CancellationToken cancellationToken
    );

    /// <summary>What the customer used in a month, by its own days, with limits and trend.</summary>
    [Get("/api/v1/customers/{customerId}/usage")]
    Task<ApiResponse<UsageResponse>> GetUsageAsync(
        string customerId,
        string? month,
        CancellationToken cancellationToken
    );

    /// <summary>Says whether a pipeline could run now, and what stands in its way.</summary>
    [Post("/api/v1/customers/{customerId}/validate")]
    Task<ApiResponse<ValidateResponse>> ValidateCustomerAsync(
        string customerId,
        bool? live,
        CancellationToken cancellationToken
    );

    /// <summary>The customer's keys in the order of their making, ended ones among them.</summary>
    [Get("/api/v1/customers/{customerId}/api-keys")]
    Task<ApiResponse<IReadOnlyList<ApiKeyResponse>>> ListApiKeysAsync(
        string customerId,
        int? limit,
        string? cursor,
        CancellationToken cancellationToken
    );

    /// <summary>Makes a key and answers it, this one time.</summary>
    [Post("/api/v1/customers/{customerId}/api-keys")]
    Task<ApiResponse<CreatedApiKeyResponse>> CreateApiKeyAsync(
        string customerId,
        [Body] CreateApiKeyRequest request,
        CancellationToken cancellationToken
    );

    /// <summary>Ends a key, unless it is the last that works.</summary>
    [Delete("/api/v1/customers/{customerId}/api-keys/{apiKeyId}")]
    Task<ApiResponse<ApiKeyResponse>> RevokeApiKeyAsync(
        string customerId,
        string apiKeyId,
        CancellationToken cancellationToken
    );

    /// <summary>The customer's credentials without their secrets, in the order of their making.</summary>
    [Get("/api/v1/customers/{customerId}/credentials")]
    Task<ApiResponse<IReadOnlyList<CredentialResponse>>> ListCredentialsAsync(
        string customerId,
        [AliasAs("is_active")] bool? isActive,
        int? limit,
        string? cursor,
        CancellationToken cancellationToken
    );

    /// <summary>Seals and stores a credential. Its secret is never shown again.</summary>
    [Post("/api/v1/customers/{customerId}/credentials")]
    Task<ApiResponse<CredentialResponse>> CreateCredentialAsync(
        string customerId,
        [Body] CreateCredentialRequest request,
        CancellationToken cancellationToken
    );

    /// <summary>One credential without its secret.</summary>
    [Get("/api/v1/customers/{customerId}/credentials/{credentialId}")]
    Task<ApiResponse<CredentialResponse>> GetCredentialAsync(
        string customerId,
        string credentialId,
        CancellationToken cancellationToken
    );

    /// <summary>Changes a credential. A new secret replaces the old one and has yet to prove itself.</summary>
    [Put("/api/v1/customers/{customerId}/credentials/{credentialId}")]
    Task<ApiResponse<CredentialResponse>> UpdateCredentialAsync(
        string customerId,
        string credentialId,
        [Body] UpdateCredentialRequest request,
        CancellationToken cancellationToken
    );

    /// <summary>Switches a credential off for good: no run gets it any more.</summary>
    [Delete("/api/v1/customers/{customerId}/credentials/{credentialId}")]
    Task<ApiResponse<CredentialResponse>> DeleteCredentialAsync(
        string customerId,
        string credentialId,
        CancellationToken cancellationToken
    );

    /// <summary>The customer's defaults per provider and domain, in the order of their making.</summary>
    [Get("/api/v1/customers/{customerId}/provider-configs")]
    Task<ApiResponse<IReadOnlyList<ProviderConfigResponse>>> ListProviderConfigsAsync(
        string customerId,
        int? limit,
        string? cursor,
        CancellationToken cancellationToken
    );

    /// <summary>Stores defaults for the pipelines of a provider and domain.</summary>
    [Post("/api/v1/customers/{customerId}/provider-configs")]
    Task<ApiResponse<ProviderConfigResponse>> CreateProviderConfigAsync(
        string customerId,
        [Body] CreateProviderConfigRequest request,
        CancellationToken cancellationToken
    );

    /// <summary>Changes defaults. What is left out stays as it is; an empty text or list clears.</summary>
    [Put("/api/v1/customers/{customerId}/provider-configs/{configId}")]
    Task<ApiResponse<ProviderConfigResponse>> UpdateProviderConfigAsync(
        string customerId,
        string configId,
        [Body] UpdateProviderConfigRequest request,
        CancellationToken cancellationToken
    );

    /// <summary>The team by e-mail address, invited and removed ones among them.</summary>
    [Get("/api/v1/customers/{customerId}/team")]
    Task<ApiResponse<IReadOnlyList<TeamMemberResponse>>> ListMembersAsync(
        string customerId,
        int? limit,
        string? cursor,
        CancellationToken cancellationToken
    );

    /// <summary>Invites somebody and answers the invitation token, this one time.</summary>
    [Post("/api/v1/customers/{customerId}/team")]
    Task<ApiResponse<InvitedMemberResponse>> InviteMemberAsync(
        string customerId,
        [Body] InviteMemberRequest request,
        CancellationToken cancellationToken
    );

    /// <summary>Changes a member; or, with its invitation token and no key, accepts the invitation.</summary>
    [Put("/api/v1/customers/{customerId}/team/{memberId}")]
    Task<ApiResponse<TeamMemberResponse>> UpdateMemberAsync(
        string customerId,
        string memberId,
        [Body] UpdateMemberRequest request,
        CancellationToken cancellationToken
    );

    /// <summary>Takes a member out; the keys bound to it stop working at once.</summary>
    [Delete("/api/v1/customers/{customerId}/team/{memberId}")]
    Task<ApiResponse<TeamMemberResponse>> RemoveMemberAsync(
        string customerId,
        string memberId,
        CancellationToken cancellationToken
    );

    /// <summary>The customer's pipelines, in the order of their making.</summary>
    [Get("/api/v1/scheduler/customer/{customerId}/pipelines")]
    Task<ApiResponse<IReadOnlyList<PipelineConfigResponse>>> ListPipelinesAsync(
        string customerId,
        [AliasAs("is_active")] bool? isActive,
        int? limit,
        string? cursor,
        CancellationToken cancellationToken
    );

    /// <summary>Makes a pipeline, or changes the one with the same provider, domain, template and name.</summary>
    [Post("/api/v1/scheduler/customer/{customerId}/pipelines")]
    Task<ApiResponse<PipelineConfigResponse>> ConfigurePipelineAsync(
        string customerId,
        [Body] ConfigurePipelineRequest request,
        CancellationToken cancellationToken
    );

    /// <summary>Switches a pipeline off and ends its runs that have not started; what runs goes on.</summary>
    [Delete("/api/v1/scheduler/customer/{customerId}/pipelines/{configId}")]
    Task<ApiResponse<PipelineConfigResponse>> DeactivatePipelineAsync(
        string customerId,
        string configId,
        CancellationToken cancellationToken
    );

    /// <summary>Holds a pipeline until then, or until it is resumed: no new runs, and what is queued waits a day at most.</summary>
    [Post("/api/v1/scheduler/customer/{customerId}/pipelines/{configId}/pause")]
    Task<ApiResponse<PipelineConfigResponse>> PausePipelineAsync(
        string customerId,
        string configId,
        [Body] PausePipelineRequest request,
        CancellationToken cancellationToken
    );

    /// <summary>Ends a pipeline's pause. What came due within it is not caught up.</summary>
    [Post("/api/v1/scheduler/customer/{customerId}/pipelines/{configId}/resume")]
    Task<ApiResponse<PipelineConfigResponse>> ResumePipelineAsync(
        string customerId,
        string configId,
        CancellationToken cancellationToken
    );

    /// <summary>Queues a run beside the schedule (201). The same Idempotency-Key asks for the same run, which is then answered with 200.</summary>
    [Post("/api/v1/scheduler/customer/{customerId}/pipelines/{configId}/run-now")]
    Task<ApiResponse<RunResponse>> RunPipelineNowAsync(
        string customerId,
        string configId,
        [Header("Idempotency-Key")] string? idempotencyKey,
        CancellationToken cancellationToken
    );

    /// <summary>Why a pipeline does not run now, when it will, and what will go wrong then.</summary>
    [Get("/api/v1/scheduler/customer/{customerId}/pipelines/{configId}/why")]
    Task<ApiResponse<PipelineWhyResponse>> WhyPipelineAsync(
        string customerId,
        string configId,
        CancellationToken cancellationToken
    );

    /// <summary>Runs the occurrences of a time that has passed, below all live work (201); with dry_run it only says which (200).</summary>
    [Post("/api/v1/scheduler/customer/{customerId}/pipelines/{configId}/backfills")]
    Task<ApiResponse<BackfillResponse>> StartBackfillAsync(
        string customerId,
        string configId,
        [Body] StartBackfillRequest request,
        CancellationToken cancellationToken
    );

    /// <summary>The customer's backfills, newest first.</summary>
    [Get("/api/v1/scheduler/customer/{customerId}/backfills")]
    Task<ApiResponse<IReadOnlyList<BackfillResponse>>> ListBackfillsAsync(
        string customerId,
        [AliasAs("config_id")] string? configId,
        int? limit,
        string? cursor,
        CancellationToken cancellationToken
    );

    /// <summary>One backfill, and how far it has got.</summary>
    [Get("/api/v1/scheduler/customer/{customerId}/backfills/{backfillId}")]
    Task<ApiResponse<BackfillResponse>> GetBackfillAsync(
        string customerId,
        string backfillId,
        CancellationToken cancellationToken
    );

    /// <summary>No new runs until it is resumed; what is queued goes on.</summary>
    [Post("/api/v1/scheduler/customer/{customerId}/backfills/{backfillId}/pause")]
    Task<ApiResponse<BackfillResponse>> PauseBackfillAsync(
        string customerId,
        string backfillId,
        CancellationToken cancellationToken
    );

    /// <summary>Lets a paused backfill go on.</summary>
    [Post("/api/v1/scheduler/customer/{customerId}/backfills/{backfillId}/resume")]
    Task<ApiResponse<BackfillResponse>> ResumeBackfillAsync(
        string customerId,
        string backfillId,
        CancellationToken cancellationToken
    );

    /// <summary>Ends a backfill: runs that have not started are skipped, those that run go on.</summary>
    [Post("/api/v1/scheduler/customer/{customerId}/backfills/{backfillId}/cancel")]
    Task<ApiResponse<BackfillResponse>> CancelBackfillAsync(
        string customerId,
        string backfillId,
        CancellationToken cancellationToken
    );

    /// <summary>The customer's runs, latest scheduled time first.</summary>
    [Get("/api/v1/scheduler/customer/{customerId}/runs")]
    Task<ApiResponse<IReadOnlyList<RunResponse>>> ListRunsAsync(
        string customerId,
        string? state,
        [AliasAs("config_id")] string? configId,
        string? from,
        string? to,
        int? limit,
        string? cursor,
        CancellationToken cancellationToken
    );

    /// <summary>One run with its changes of state, its attempts, and why it has not run yet.</summary>
    [Get("/api/v1/scheduler/customer/{customerId}/runs/{runId}")]
    Task<ApiResponse<RunDetailResponse>> GetRunAsync(
        string customerId,
        string runId,
        CancellationToken cancellationToken
    );

    /// <summary>Ends a run: one that waits at once (200), one that runs when its worker has heard of it (202), within a lease.</summary>
    [Post("/api/v1/scheduler/customer/{customerId}/runs/{runId}/cancel")]
    Task<ApiResponse<RunResponse>> CancelRunAsync(string customerId, string runId, CancellationToken cancellationToken);

    /// <summary>Does a run that has ended again (201). The same Idempotency-Key asks for the same replay, which is then answered with 200.</summary>
    [Post("/api/v1/scheduler/customer/{customerId}/runs/{runId}/replay")]
    Task<ApiResponse<RunResponse>> ReplayRunAsync(
        string customerId,
        string runId,
        [Header("Idempotency-Key")] string? idempotencyKey,
        CancellationToken cancellationToken
    );

    /// <summary>The next times at which a schedule would fire.</summary>
    [Get("/api/v1/scheduler/schedules/preview")]
    Task<ApiResponse<PreviewResponse>> PreviewScheduleAsync(
        string? cron,
        string? timezone,
        string? from,
        int? count,
        [AliasAs("dst_policy")] string? dstPolicy,
        CancellationToken cancellationToken
    );
}
