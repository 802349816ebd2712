namespace Scheduler.Api.Errors;

/// <summary>Lets an endpoint or a group state what it refuses.</summary>
public static class Refusals
{
    /// <summary>Adds codes to the OpenAPI operations; those of the group, the policy and the body are there already.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder builder, params ErrorCode[] codes)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new RefusalCodes(codes));
}
