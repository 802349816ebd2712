using Scheduler.Core.Audit;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Audit;

/// <summary>What keeps the audit trail.</summary>
internal static class Auditing
{
    public static IServiceCollection AddAuditing(this IServiceCollection services)
    {
        services.AddSingleton<AuditStore>();
        services.AddSingleton<AuditChaining>();
        services.AddSingleton<RefusalLedger>();
        services.AddSingleton<AuditSignal>();
        services.AddHostedService<ChainExtender>();
        services.AddHostedService<RefusalFlush>();
        return services;
    }
}
