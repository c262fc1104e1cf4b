namespace Waybill.Interop.Tests.Crashes;

/// <summary>A server process that can be killed and started again on the same data.</summary>
internal interface ICrashingServer
{
    int Port { get; }

    /// <summary>Where the uploaded files lie.</summary>
    string Folder { get; }

    Task StartAsync();

    Task KillAsync();
}
