namespace Waybill.Interop.Tests.Crashes;

/// <summary>A server that can crash and be started again on what is left.</summary>
internal interface ICrashingServer
{
    int Port { get; }

    /// <summary>Where the uploaded files lie.</summary>
    string Folder { get; }

    /// <summary>The file of its database; null for one that has none.</summary>
    string? Database { get; }

    Task StartAsync();

    /// <summary>The word for it in the figures.</summary>
    string CrashName { get; }

    Task CrashAsync();
}
