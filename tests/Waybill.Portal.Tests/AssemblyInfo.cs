using System.Runtime.Versioning;
using Waybill.Portal.Tests.Support;

[assembly: AssemblyFixture(typeof(Chromium))]
[assembly: AssemblyFixture(typeof(PortalServer))]
[assembly: SupportedOSPlatform("linux")]
